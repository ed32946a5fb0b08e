"""A gRPC C-core server as TiKV sets one up: client certificates required, the Common Name compared per call.

Usage: grpc_server.py CA CERT KEY ALLOWED_CN MODE, where MODE is `every` (files read for each connection) or `mtime`
(only when the certificate file's time changed, and the time is noted before reading). Prints READY PORT.
"""
import os
import sys
from concurrent import futures

import grpc

ca, cert, key, allowed, mode = sys.argv[1:6]


def read(path):
    with open(path, "rb") as file:
        return file.read()


def configuration():
    return grpc.ssl_server_certificate_configuration([(read(key), read(cert))], read(ca))


seen = os.stat(cert).st_mtime_ns


def fetch():
    global seen
    if mode == "mtime":
        now = os.stat(cert).st_mtime_ns
        if now == seen:
            return None
        seen = now
    return configuration()


class Handler(grpc.GenericRpcHandler):
    def service(self, details):
        answers = {"/grpc.health.v1.Health/Check": b"\x08\x01", "/debugpb.Debug/GetClusterInfo": b"\x08\x2a"}
        answer = answers.get(details.method)
        if answer is None:
            return None

        def call(_request, context):
            names = context.auth_context().get("x509_common_name", [b""])
            if names[0].decode() != allowed:
                context.abort(grpc.StatusCode.UNAUTHENTICATED, "Common name check fail")
            return answer

        return grpc.unary_unary_rpc_method_handler(call)


server = grpc.server(futures.ThreadPoolExecutor(2))
server.add_generic_rpc_handlers((Handler(),))
credentials = grpc.dynamic_ssl_server_credentials(configuration(), lambda: fetch(), require_client_authentication=True)
port = server.add_secure_port("127.0.0.1:0", credentials)
server.start()
print("READY", port, flush=True)
server.wait_for_termination()
