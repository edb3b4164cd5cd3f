"""What people meet: the FastAPI application, its /api routes and the Gradio pages at /ui."""

import os

VERSION = "0.1.0"

# Read by Gradio when it is imported, which any module below may do: this program makes no network calls of its own.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
