"""The annotation workspace: gr.HTML subclasses over plain JavaScript modules, no build step."""
