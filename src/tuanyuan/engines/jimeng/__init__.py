"""Pictures and clips by 即梦 (Jimeng), through the Volcengine Visual service."""
