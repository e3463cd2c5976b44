// Package kubo pins the Kubo that the IPFS tests run against: go.mod and go.sum fix every source that goes into it.
package kubo

import _ "github.com/ipfs/kubo/cmd/ipfs/kubo"
