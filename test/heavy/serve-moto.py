"""An S3 server for the race of publishers: python serve-moto.py BUCKET, with moto[server]. Prints its endpoint.

Moto looks at a precondition and then writes, without a lock between the two: its own threaded server let both publishers win one race of 594. One request at a
time is what makes its answer to If-Match true.
"""
import sys
import threading

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.server import MotoRequestHandler
from werkzeug.serving import make_server
from werkzeug.test import Client

app = DomainDispatcherApplication(create_backend_app)
turn = threading.Lock()


def one_at_a_time(environ, start_response):
    with turn:
        return [b"".join(app(environ, start_response))]


server = make_server("127.0.0.1", 0, one_at_a_time, threaded=True, request_handler=MotoRequestHandler)
Client(one_at_a_time).put(f"http://127.0.0.1/{sys.argv[1]}", headers={"Host": "s3.amazonaws.com"})
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
