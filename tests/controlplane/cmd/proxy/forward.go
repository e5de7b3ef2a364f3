package main

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"time"
)

// newForwarder passes requests on as they are, over kept-alive connections whose other end is verified.
func newForwarder(upstream string, roots *x509.CertPool) http.Handler {
	target := &url.URL{Scheme: "https", Host: upstream}
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport: &http.Transport{
			TLSClientConfig:     &tls.Config{RootCAs: roots},
			MaxIdleConnsPerHost: 512,
			IdleConnTimeout:     5 * time.Minute,
			DisableCompression:  true, // what the client asks for passes through
			TLSHandshakeTimeout: 10 * time.Second,
		},
		FlushInterval: -1, // a watch's events are not to wait for each other
		BufferPool:    &buffers{sync.Pool{New: func() any { return make([]byte, 64<<10) }}},
	}
}

type buffers struct{ pool sync.Pool }

func (b *buffers) Get() []byte       { return b.pool.Get().([]byte) }
func (b *buffers) Put(buffer []byte) { b.pool.Put(buffer) } //nolint:staticcheck
