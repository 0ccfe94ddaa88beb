"""The terminal itself: typed lines, clipboard, QR codes, signals, crash reports."""
