"""Servers as ASGI applications, in an application of somebody else's or by themselves."""
