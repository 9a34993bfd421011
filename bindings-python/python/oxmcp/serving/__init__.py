"""How a server is served: its lifespan, its settings, its transports."""
