package console

import (
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// LoginPath exchanges ?token=… for a cookie. The token alone lets nobody in further: it is in the browser's history.
const LoginPath = "/login"

// policy of what the browser may load and do: files of this server, and nothing inline.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// guard answers only those who may ask, only to reading methods, and tells the browser to be strict.
func (s *site) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store") // assets say otherwise
		if !s.knownHost(r.Host) {
			http.Error(w, "This name is not one of this server's: open it as localhost, or by its IP address.", http.StatusMisdirectedRequest)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			h.Set("Allow", "GET, HEAD")
			http.Error(w, "This page only reads.", http.StatusMethodNotAllowed)
			return
		}
		switch {
		case s.options.Token == "":
		case r.URL.Path == LoginPath:
			s.login(w, r)
			return
		case strings.HasPrefix(r.URL.Path, assetRoot): // the program's own files; the page that turns people away needs them
		case !s.cookieOf(r):
			s.page(func(*visit) (*answer, error) { return &answer{page: "locked", status: http.StatusUnauthorized}, nil }).ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// knownHost refuses names that somebody else's DNS may have pointed at this machine. Addresses cannot be rebound.
func (s *site) knownHost(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	return name == "localhost" || slices.Contains(s.options.Hosts, name)
}

// cookieName holds the port, for cookies know none: two servers on one machine keep apart.
func cookieName(r *http.Request) string {
	port := (&url.URL{Host: r.Host}).Port()
	return "cpi-session-" + port
}

func (s *site) cookieOf(r *http.Request) bool {
	cookie, err := r.Cookie(cookieName(r))
	return err == nil && s.isToken(cookie.Value)
}

func (s *site) isToken(text string) bool {
	return subtle.ConstantTimeCompare([]byte(text), []byte(s.options.Token)) == 1
}

// login answers with a page that leads on rather than with a redirect: after one that began at another site, such as a
// mail, the browser would hold the new cookie back.
func (s *site) login(w http.ResponseWriter, r *http.Request) {
	if !s.isToken(r.URL.Query().Get("token")) {
		s.page(func(*visit) (*answer, error) { return &answer{page: "locked", status: http.StatusUnauthorized}, nil }).ServeHTTP(w, r)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: cookieName(r), Value: s.options.Token, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
	s.page(func(*visit) (*answer, error) { return &answer{page: "welcome"}, nil }).ServeHTTP(w, r)
}
