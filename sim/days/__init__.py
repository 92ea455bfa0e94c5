"""Days of a school bus on the virtual board (sim/virtual/), as `python -m sim board --days` runs
them: its program in a bounded heap, the network's outages, the city's policies.
"""
