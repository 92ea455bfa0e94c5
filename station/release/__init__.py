"""Firmware over the air: a release is read from its file (file.py), its rollout goes stage by stage
(rollout.py, stages.py), and the buses of a stage are sent what they ask for (delivery.py)."""
