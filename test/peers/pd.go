package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.etcd.io/etcd/client/pkg/v3/transport"
	"go.etcd.io/etcd/server/v3/embed"
	"google.golang.org/grpc"
)

// httpAnswers are PD's own paths beside etcd's, each answered with a recorded body.
var httpAnswers = map[string]string{
	"/pd/api/v1/members": "members.json",
	"/pd/api/v1/health":  "health.json",
	"/pd/api/v1/version": "version.json",
	"/pd/api/v1/status":  "status.json",
}

// startPd runs etcd inside this process with PD's options: both ports demand a client certificate, the peer port
// enforces the list whatever its length, the client port only if it has two entries or more.
func startPd(tls files, dataDir, fixtures string) (func(), error) {
	clientURL, err := freeURL()
	if err != nil {
		return nil, err
	}
	peerURL, err := freeURL()
	if err != nil {
		return nil, err
	}
	config := embed.NewConfig()
	config.Dir = dataDir
	config.LogLevel = "error"
	config.ListenClientUrls, config.AdvertiseClientUrls = []url.URL{clientURL}, []url.URL{clientURL}
	config.ListenPeerUrls, config.AdvertisePeerUrls = []url.URL{peerURL}, []url.URL{peerURL}
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	config.ClientTLSInfo, config.PeerTLSInfo = tlsInfo(tls), tlsInfo(tls)
	config.PeerTLSInfo.AllowedCNs = tls.names
	if len(tls.names) > 1 {
		config.ClientTLSInfo.AllowedCNs = tls.names
	}
	config.UserHandlers = map[string]http.Handler{"/pd/": recorded(fixtures)}
	members, err := os.ReadFile(filepath.Join(fixtures, "get-members.hex"))
	if err != nil {
		return nil, err
	}
	answer, err := hex.DecodeString(strings.TrimSpace(string(members)))
	if err != nil {
		return nil, err
	}
	config.ServiceRegister = func(server *grpc.Server) { server.RegisterService(pdService(answer), nil) }
	etcd, err := embed.StartEtcd(config)
	if err != nil {
		return nil, err
	}
	select {
	case <-etcd.Server.ReadyNotify():
	case err := <-etcd.Err():
		return nil, err
	case <-time.After(20 * time.Second):
		return nil, fmt.Errorf("etcd was not ready within 20 s")
	}
	fmt.Println("READY", clientURL.Port(), peerURL.Port())
	return etcd.Close, nil
}

func tlsInfo(tls files) transport.TLSInfo {
	return transport.TLSInfo{TrustedCAFile: tls.ca, CertFile: tls.cert, KeyFile: tls.key, ClientCertAuth: true}
}

func recorded(fixtures string) http.Handler {
	return http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		file, known := httpAnswers[request.URL.Path]
		if !known {
			http.NotFound(response, request)
			return
		}
		response.Header().Set("Content-Type", "application/json; charset=UTF-8")
		http.ServeFile(response, request, filepath.Join(fixtures, file))
	})
}

// freeURL names a port that is free now; etcd takes no listener of ours.
func freeURL() (url.URL, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return url.URL{}, err
	}
	defer listener.Close()
	return url.URL{Scheme: "https", Host: listener.Addr().String()}, nil
}

// bytesMessage is a protobuf message that is carried as it is.
type bytesMessage struct{ value []byte }

func (m *bytesMessage) Marshal() ([]byte, error)     { return m.value, nil }
func (m *bytesMessage) Unmarshal(bytes []byte) error { m.value = bytes; return nil }
func (m *bytesMessage) Reset()                       { m.value = nil }
func (m *bytesMessage) String() string               { return hex.EncodeToString(m.value) }
func (m *bytesMessage) ProtoMessage()                {}

func pdService(answer []byte) *grpc.ServiceDesc {
	return &grpc.ServiceDesc{
		ServiceName: "pdpb.PD",
		HandlerType: (*any)(nil),
		Methods: []grpc.MethodDesc{{
			MethodName: "GetMembers",
			Handler: func(_ any, _ context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
				if err := decode(&bytesMessage{}); err != nil {
					return nil, err
				}
				return &bytesMessage{value: answer}, nil
			},
		}},
	}
}
