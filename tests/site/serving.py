"""The built site as a host gives it out."""

import gzip
import os
from http.server import SimpleHTTPRequestHandler


class Handler(SimpleHTTPRequestHandler):
    """A host that compresses text, and remembers what it has sent; where nothing is, it sends the site's 404.html."""

    protocol_version = "HTTP/1.1"
    text = (".html", ".css", ".js", ".json", ".svg")

    def do_GET(self):
        path = self.translate_path(self.path)
        found = os.path.isfile(path)
        if not found:
            path = os.path.join(self.directory, "404.html")
        with open(path, "rb") as file:
            body = file.read()
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", self.guess_type(path))
        if path.endswith(self.text):
            body = gzip.compress(body, 6, mtime=0)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        head = sum(map(len, self._headers_buffer))
        self.end_headers()
        self.server.sent.append((self.path.split("?")[0], head + len(body)))
        self.wfile.write(body)

    def log_message(self, *words):
        pass
