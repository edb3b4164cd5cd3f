"""What people meet: the FastAPI application, its /api routes and the Gradio pages at /ui."""
