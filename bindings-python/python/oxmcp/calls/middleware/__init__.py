"""What a request passes before its handler: functions and classes with hooks, the outermost first."""
