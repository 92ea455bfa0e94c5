"""The circuits of docs/install.md, drawn with schemdraw; pins from drivers/board/tables.py.

One function a picture, in four files by what they show. tools/wiring.py writes the pictures.
"""
