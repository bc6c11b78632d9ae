// The same calls as rpc_load.c and the bytes server, in grpc-go: what ours is measured against.
// SPDX-License-Identifier: Apache-2.0
package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"sort"
	"strconv"
	"sync"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
)

const (
	path        = "/duan.kit.v1.Kit/Bytes"
	warmUpCalls = 300
)

// Messages are bytes on both sides: neither grpc-go nor ours pays for protobuf.
type plain struct{}

func (plain) Marshal(v interface{}) ([]byte, error) { return *v.(*[]byte), nil }
func (plain) Unmarshal(data []byte, v interface{}) error {
	*v.(*[]byte) = append((*v.(*[]byte))[:0], data...)
	return nil
}
func (plain) Name() string { return "proto" }

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "grpc_go:", err)
		os.Exit(1)
	}
}

// As many bytes as it is told.
func handle(_ interface{}, _ context.Context, decode func(interface{}) error, _ grpc.UnaryServerInterceptor) (interface{}, error) {
	var req []byte
	if err := decode(&req); err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(string(req))
	reply := bytes.Repeat([]byte("x"), n)
	return &reply, err
}

func serve() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	fail(err)
	server := grpc.NewServer(grpc.ForceServerCodec(plain{}))
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "duan.kit.v1.Kit",
		HandlerType: (*interface{})(nil),
		Methods:     []grpc.MethodDesc{{MethodName: "Bytes", Handler: handle}},
	}, nil)
	fmt.Println(listener.Addr())
	fail(server.Serve(listener))
}

func cpuSeconds() float64 {
	var used syscall.Rusage
	fail(syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return float64(used.Utime.Sec+used.Stime.Sec) + float64(used.Utime.Usec+used.Stime.Usec)/1e6
}

// Calls until then, one after the other; how long each took.
func call(connection *grpc.ClientConn, message []byte, goesOn func(calls int) bool) (took []time.Duration) {
	var reply []byte
	for goesOn(len(took)) {
		began := time.Now()
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		ctx = metadata.AppendToOutgoingContext(ctx, "traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "duan-user", "42", "duan-request", "request-1")
		fail(connection.Invoke(ctx, path, &message, &reply))
		cancel()
		took = append(took, time.Since(began))
	}
	return took
}

func load(address string, seconds float64, callers, length int) {
	connection, err := grpc.Dial(address, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithDefaultCallOptions(grpc.ForceCodec(plain{})))
	fail(err)
	message := []byte(strconv.Itoa(length))
	call(connection, message, func(calls int) bool { return calls < warmUpCalls }) // connects, and is not counted
	used, began := cpuSeconds(), time.Now()
	end := began.Add(time.Duration(seconds * float64(time.Second)))
	all := make([][]time.Duration, callers)
	var done sync.WaitGroup
	for i := range all {
		done.Add(1)
		go func(i int) {
			all[i] = call(connection, message, func(int) bool { return time.Now().Before(end) })
			done.Done()
		}(i)
	}
	done.Wait()
	elapsed, used := time.Since(began).Seconds(), cpuSeconds()-used
	var took []time.Duration
	for _, some := range all {
		took = append(took, some...)
	}
	sort.Slice(took, func(i, j int) bool { return took[i] < took[j] })
	at := func(share float64) float64 { return float64(took[int(share*float64(len(took)-1))]) / 1e3 }
	fmt.Printf(`{"calls": %d, "seconds": %.3f, "cpu_s": %.3f, "p50_us": %.1f, "p99_us": %.1f}`+"\n", len(took), elapsed, used, at(0.5), at(0.99))
}

// grpc_go serve | load ADDRESS SECONDS CALLERS LENGTH
func main() {
	if len(os.Args) == 2 && os.Args[1] == "serve" {
		serve()
	}
	if len(os.Args) != 6 {
		fail(fmt.Errorf("serve | load ADDRESS SECONDS CALLERS LENGTH"))
	}
	seconds, err := strconv.ParseFloat(os.Args[3], 64)
	fail(err)
	callers, err := strconv.Atoi(os.Args[4])
	fail(err)
	length, err := strconv.Atoi(os.Args[5])
	fail(err)
	load(os.Args[2], seconds, callers, length)
}
