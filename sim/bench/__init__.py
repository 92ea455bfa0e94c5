"""Figures beside their goals: each bench has run(say); the *_vm.py files run in the VM.

In: nothing. Out: lines of figures. Start with speed.py.
"""
