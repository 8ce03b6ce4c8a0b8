"""The archive for assistants, over the Model Context Protocol: `tools` says what they may ask, `server` carries it."""
