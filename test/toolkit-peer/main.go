// A server behind Prometheus' own reader of web.config.file.
package main

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"

	"github.com/prometheus/exporter-toolkit/web"
)

func main() {
	if len(os.Args) != 2 {
		fail("usage: toolkit-peer WEB_CONFIG_FILE")
	}
	if err := web.Validate(os.Args[1]); err != nil {
		fail(err.Error())
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fail(err.Error())
	}
	fmt.Println("listening", listener.Addr().(*net.TCPAddr).Port)
	answer := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	err = web.Serve(listener, &http.Server{Handler: answer}, &web.FlagConfig{WebConfigFile: &os.Args[1]}, logger)
	fail(err.Error())
}

func fail(message string) {
	fmt.Fprintln(os.Stderr, message)
	os.Exit(1)
}
