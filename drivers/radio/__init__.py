"""Wi-Fi and cellular modems.

In: UART or network.WLAN. Out: a radio that is up or down, and why. Start with make_radio.py.
"""
