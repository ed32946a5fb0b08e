// Command peers stands in for the two Go components of a TiDB cluster, built from the libraries they themselves
// use: `peers pd` embeds etcd as PD does, `peers tidb` listens with TiDB's own TLS configuration.
//
// It prints one line, READY and its ports, and ends when its standard input does.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

// files are the three TLS files and the allow-list, as every component has them.
type files struct {
	ca, cert, key string
	names         []string
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("usage: peers pd|tidb --cacert F --cert F --key F [--allowed-cn A,B] [--data-dir D] [--fixtures D]")
	}
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	var tls files
	var names, dataDir, fixtures string
	flags.StringVar(&tls.ca, "cacert", "", "CA file")
	flags.StringVar(&tls.cert, "cert", "", "certificate file")
	flags.StringVar(&tls.key, "key", "", "key file")
	flags.StringVar(&names, "allowed-cn", "", "allow-list, comma separated")
	flags.StringVar(&dataDir, "data-dir", "", "etcd's data (pd)")
	flags.StringVar(&fixtures, "fixtures", "", "folder of recorded answers (pd)")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if names != "" {
		tls.names = strings.Split(names, ",")
	}
	stop, err := start(args[0], tls, dataDir, fixtures)
	if err != nil {
		return err
	}
	defer stop()
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

func start(component string, tls files, dataDir, fixtures string) (stop func(), err error) {
	switch component {
	case "pd":
		return startPd(tls, dataDir, fixtures)
	case "tidb":
		return startTidb(tls)
	default:
		return nil, fmt.Errorf("no peer %q: pd or tidb", component)
	}
}
