"""Updates over the air: an offer of the city -> new code in the idle slot, and the changeover.

Nothing here is imported without an offer. Start with update.py.
"""
