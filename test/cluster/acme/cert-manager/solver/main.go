// Cert-manager's answer to a challenge, in a pod: the arguments of its own program.
//
//	solver --listen-port=N --domain=D --token=T --key=K
package main

import (
	"flag"
	"log"

	"github.com/cert-manager/cert-manager/pkg/issuer/acme/http/solver"
	logf "github.com/cert-manager/cert-manager/pkg/logs"
)

func main() {
	answer := &solver.HTTP01Solver{}
	flag.IntVar(&answer.ListenPort, "listen-port", 8089, "")
	flag.StringVar(&answer.Domain, "domain", "", "")
	flag.StringVar(&answer.Token, "token", "", "")
	flag.StringVar(&answer.Key, "key", "", "")
	flag.Parse()
	log.Fatal(answer.Listen(logf.Log))
}
