// A server that announces itself: one key under a lease, kept alive, withdrawn on TERM.
// usage: ETCD=http://127.0.0.1:2379 go run server.go PORT BACKEND ID
// It speaks etcd's own JSON (/v3/...), so it needs nothing but Go.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const leaseSeconds = 10

var (
	port, backend, id = os.Args[1], os.Args[2], os.Args[3]
	client            = &http.Client{Timeout: 5 * time.Second}
)

// What etcd answers, of which each call has a part. Bytes are base64 in JSON, as Go writes them.
type answer struct {
	ID     string
	Result struct{ TTL string }
}

func ask(path string, body map[string]any) (answer, error) {
	etcd := os.Getenv("ETCD")
	if etcd == "" {
		etcd = "http://127.0.0.1:2379"
	}
	text, _ := json.Marshal(body)
	response, err := client.Post(etcd+"/v3/"+path, "application/json", bytes.NewReader(text))
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	if response.StatusCode != 200 {
		return answer{}, fmt.Errorf("%s: %s", path, response.Status)
	}
	var found answer
	return found, json.NewDecoder(response.Body).Decode(&found)
}

func announce() (string, error) {
	granted, err := ask("lease/grant", map[string]any{"TTL": leaseSeconds})
	if err != nil {
		return "", err
	}
	key := "/vulcand/backends/" + backend + "/servers/" + id
	value := fmt.Sprintf(`{"URL":"http://127.0.0.1:%s"}`, port)
	_, err = ask("kv/put", map[string]any{"key": []byte(key), "value": []byte(value), "lease": granted.ID})
	return granted.ID, err
}

func main() {
	server := &http.Server{Addr: "127.0.0.1:" + port, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "%s by Go\n", id)
	})}
	go func() { log.Println(server.ListenAndServe()) }()

	ending, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	lease, wait := "", time.Duration(0)
	for ending.Err() == nil {
		select {
		case <-ending.Done():
		case <-time.After(wait):
			wait = time.Second
			kept, err := ask("lease/keepalive", map[string]any{"ID": lease})
			// A lease that is gone answers without a TTL: the store was away for longer than it lasts.
			if lease == "" || (err == nil && kept.Result.TTL == "") {
				lease, err = announce()
			}
			if err != nil {
				log.Println("etcd:", err)
			} else {
				wait = leaseSeconds * time.Second / 3
			}
		}
	}
	if lease != "" {
		ask("lease/revoke", map[string]any{"ID": lease})
	}
	time.Sleep(2 * time.Second) // Gateways let go at once; what is under way ends here.
	server.Shutdown(context.Background())
}
