"""Scanners: bytes of a barcode reader as scans."""
