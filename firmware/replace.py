"""Replaces a file at once or not at all: it is written beside the old one and takes its name in one
rename, which littlefs does completely or not.
"""


def replace_file(files, new, name, content):
    """files: Files, or Slots; new: name of the file beside; content: bytes. OSError: the old one
    stays."""
    file = files.open(new, "wb")
    try:
        file.write(content)
    finally:
        file.close()
    files.rename(new, name)
