// Counts the IPv4 packets that a network device receives, until it is interrupted.
//
//	sudo ./packet-counter eth0
package main

//go:generate go run github.com/cilium/ebpf/cmd/bpf2go -type flow counter packet-counter.bpf.c

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"log"
	"net"
	"net/netip"
	"os"
	"os/signal"
	"strconv"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
	"github.com/cilium/ebpf/ringbuf"
	"github.com/cilium/ebpf/rlimit"
)

func text(flow counterFlow) string {
	source, destination := netip.AddrFrom4(flow.Source), netip.AddrFrom4(flow.Destination)
	return fmt.Sprintf("%s -> %s port %d protocol %d", source, destination, flow.Port, flow.Protocol)
}

func main() {
	device, smallest := "eth0", uint64(0)
	if len(os.Args) > 1 {
		device = os.Args[1]
	}
	if len(os.Args) > 2 {
		var err error
		if smallest, err = strconv.ParseUint(os.Args[2], 10, 32); err != nil {
			log.Fatal(err)
		}
	}
	if err := rlimit.RemoveMemlock(); err != nil {
		log.Fatal(err)
	}
	spec, err := loadCounter()
	if err != nil {
		log.Fatal(err)
	}
	if err := spec.Variables["smallest"].Set(uint32(smallest)); err != nil {
		log.Fatal(err)
	}
	var objects counterObjects
	if err := spec.LoadAndAssign(&objects, nil); err != nil {
		log.Fatal(err)
	}
	defer objects.Close()
	iface, err := net.InterfaceByName(device)
	if err != nil {
		log.Fatal(err)
	}
	attached, err := link.AttachXDP(link.XDPOptions{Program: objects.CountPackets, Interface: iface.Index})
	if err != nil {
		log.Fatal(err)
	}
	defer attached.Close()
	reader, err := ringbuf.NewReader(objects.NewFlows)
	if err != nil {
		log.Fatal(err)
	}
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt)
	go func() {
		<-interrupted
		reader.Close()
	}()
	fmt.Println("counting on", device)

	for {
		record, err := reader.Read()
		if errors.Is(err, ringbuf.ErrClosed) {
			break
		} else if err != nil {
			log.Fatal(err)
		}
		var flow counterFlow
		if err := binary.Read(bytes.NewReader(record.RawSample), binary.NativeEndian, &flow); err != nil {
			log.Fatal(err)
		}
		fmt.Println("new flow", text(flow))
	}

	var protocol uint32
	var perCPU []uint64
	protocols := objects.Protocols.Iterate()
	for protocols.Next(&protocol, &perCPU) {
		count := uint64(0)
		for _, one := range perCPU {
			count += one
		}
		if count > 0 {
			fmt.Printf("protocol %d: %d packets\n", protocol, count)
		}
	}
	if err := protocols.Err(); err != nil {
		log.Fatal(err)
	}
	var flow counterFlow
	var totals counterTotals
	flows := objects.Flows.Iterate()
	for flows.Next(&flow, &totals) {
		fmt.Printf("%s: %d packets, %d bytes\n", text(flow), totals.Packets, totals.Bytes)
	}
	if err := flows.Err(); err != nil && !errors.Is(err, ebpf.ErrIterationAborted) {
		log.Fatal(err)
	}
	var packets uint64
	if err := objects.Packets.Get(&packets); err != nil {
		log.Fatal(err)
	}
	fmt.Println(packets, "packets in all")
}
