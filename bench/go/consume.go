// The reader of Go's cilium/ebpf over a full ring, doing with each record what a reader in JavaScript does. At "time N" on its
// input it fills the ring and empties it, N times, and answers with the nanoseconds that a record took.
//
//	consume WHAT OBJECT RECORDS RINGSIZE NAME=OFFSET...      WHAT: five, comm, path, object
package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/ringbuf"
)

const (
	givenCount   = 256
	givenBytes   = 8 + 4096
	recordsOfRun = 1024
	commSize     = 16
)

// What toObject() gives: everything decoded, in memory of its own.
type object struct {
	timeNs, startTimeNs, cgroupID, scopes, inode uint64
	result                                       int64
	kind                                         uint16
	cpu, tgid, tid, ppid, uid, device, flags     uint32
	origin                                       uint8
	comm, exe, path                              string
}

// What was read is kept in use.
var (
	sum  uint32
	text string
	last *object
)

var at = map[string]int{}

func u32(data []byte, offset int) uint32 { return binary.LittleEndian.Uint32(data[offset:]) }
func u64(data []byte, offset int) uint64 { return binary.LittleEndian.Uint64(data[offset:]) }

func part(data []byte, offset int) string {
	start := int(binary.LittleEndian.Uint16(data[offset:]))
	length := int(binary.LittleEndian.Uint16(data[offset+2:]))
	return string(data[start : start+length])
}

func commOf(data []byte, offset int) string {
	comm := data[offset : offset+commSize]
	if end := bytes.IndexByte(comm, 0); end >= 0 {
		comm = comm[:end]
	}
	return string(comm)
}

func handlerOf(what string) func(data []byte) {
	// Looked up once, not for each record.
	cpu, tgid, tid, ppid, uid := at["AT_CPU"], at["AT_TGID"], at["AT_TID"], at["AT_PPID"], at["AT_UID"]
	comm, path, exe := at["AT_COMM"], at["AT_PATH"], at["AT_EXE"]
	kind, timeNs, startTime, cgroup := at["AT_KIND"], at["AT_TIME"], at["AT_START_TIME"], at["AT_CGROUP"]
	scopes, origin, result, inode := at["AT_SCOPES"], at["AT_ORIGIN"], at["AT_RESULT"], at["AT_INODE"]
	device, flags := at["AT_DEVICE"], at["AT_FLAGS"]
	five := func(data []byte) {
		sum += u32(data, cpu) + u32(data, tgid) + u32(data, tid) + u32(data, ppid) + u32(data, uid)
	}
	switch what {
	case "five":
		return five
	case "comm":
		return func(data []byte) {
			five(data)
			text = commOf(data, comm)
		}
	case "path":
		return func(data []byte) {
			five(data)
			text = commOf(data, comm)
			text = part(data, path)
		}
	case "object":
		return func(data []byte) {
			last = &object{
				timeNs: u64(data, timeNs), startTimeNs: u64(data, startTime), cgroupID: u64(data, cgroup),
				scopes: u64(data, scopes), inode: u64(data, inode), result: int64(u64(data, result)),
				kind: binary.LittleEndian.Uint16(data[kind:]), cpu: u32(data, cpu), tgid: u32(data, tgid),
				tid: u32(data, tid), ppid: u32(data, ppid), uid: u32(data, uid), device: u32(data, device),
				flags: u32(data, flags), origin: data[origin],
				comm: commOf(data, comm), exe: part(data, exe), path: part(data, path),
			}
		}
	}
	return nil
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	if len(os.Args) < 5 {
		check(fmt.Errorf("consume WHAT OBJECT RECORDS RINGSIZE NAME=OFFSET..."))
	}
	for _, argument := range os.Args[5:] {
		name, value, _ := strings.Cut(argument, "=")
		offset, err := strconv.Atoi(value)
		check(err)
		at[name] = offset
	}
	handler := handlerOf(os.Args[1])
	if handler == nil {
		check(fmt.Errorf("there is no way of reading called %s", os.Args[1]))
	}
	spec, err := ebpf.LoadCollectionSpec(os.Args[2])
	check(err)
	size, err := strconv.ParseUint(os.Args[4], 10, 32)
	check(err)
	spec.Maps["ring"].MaxEntries = uint32(size)
	// Its section names no tracepoint, which libbpf takes and this library does not know.
	spec.Programs["fill"].Type = ebpf.RawTracepoint
	collection, err := ebpf.NewCollection(spec)
	check(err)
	records, err := os.ReadFile(os.Args[3])
	check(err)
	for key := 0; key < givenCount; key++ {
		check(collection.Maps["given"].Put(uint32(key), records[key*givenBytes:(key+1)*givenBytes]))
	}
	reader, err := ringbuf.NewReader(collection.Maps["ring"])
	check(err)
	fill := func() (count int) {
		for {
			taken, err := collection.Programs["fill"].Run(&ebpf.RunOptions{Context: uint64(0)})
			check(err)
			count += int(taken)
			if taken < recordsOfRun {
				return count
			}
		}
	}
	var record ringbuf.Record
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		drains := 0
		_, err := fmt.Sscanf(lines.Text(), "time %d", &drains)
		check(err)
		took, total := time.Duration(0), 0
		for ; drains > 0; drains-- {
			count := fill()
			total += count
			begun := time.Now()
			for ; count > 0; count-- {
				check(reader.ReadInto(&record))
				handler(record.RawSample)
			}
			took += time.Since(begun)
		}
		fmt.Printf("%.3f\n", float64(took.Nanoseconds())/float64(total))
	}
}
