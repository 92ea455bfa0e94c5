"""What the board can ask of the simulator: one list for both ends of the socket (README.md)."""

HELLO = 0
BOOTED = 1
RESET = 2
SLEEP = 3
FLASH_PROGRAM = 5
FLASH_ERASE = 6
I2C_OPEN = 7
I2C_TRANSFER = 8
I2C_SCAN = 9
UART_OPEN = 10
UART_ANY = 11
UART_READ = 12
UART_WRITE = 13
PIN_OPEN = 14
PIN_GET = 15
PIN_SET = 16
ADC_UV = 17
WDT_START = 18
WDT_FEED = 19
RTC_OFFSET = 20
RTC_READ = 21
RTC_WRITE = 22
NVS_GET = 23
NVS_SET = 24
NVS_ERASE = 25
NVS_COMMIT = 26
WLAN = 27
WLAN_ACTIVE, WLAN_CONFIG, WLAN_CONNECT, WLAN_DISCONNECT, WLAN_STATUS, WLAN_RSSI = 0, 1, 2, 3, 4, 5
WLAN_SETTINGS = ("pm", "reconnects")  # the others are not simulated
WIFI_ERRORS = {  # ESP-IDF, esp_wifi.h -> the port's sentence, network_common.c
    0x3002: "Wifi Not Started",
    0x3006: "Wifi Internal State Error",
    0x300F: "Wifi Not Connected",
}
SPI_OPEN = 28
SPI_READ = 29
ONEWIRE = 30
PPP = 31
PPP_OPEN, PPP_CONNECT, PPP_DISCONNECT, PPP_STATUS = 0, 1, 2, 3
