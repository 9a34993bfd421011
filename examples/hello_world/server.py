from oxmcp import FastMCP

mcp = FastMCP("hello")


@mcp.tool
def greet(name: str) -> str:
    """Greet someone by name."""
    return f"Hello, {name}!"


mcp.run()
