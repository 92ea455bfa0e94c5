"""One simulated bus: the real firmware and drivers over simulated wires. Start with rig.py."""
