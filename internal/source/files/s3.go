package files

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/source"
)

// Bounds of a pattern of keys: what it looks through, and what it may match.
const (
	maxListed  = 100_000
	maxObjects = 1_000
)

// bucket is an S3-compatible store's bucket on behalf of one table.
type bucket struct {
	*plan.S3
	table  *table
	host   string
	client *s3.Client
	close  func()
}

// downloadObjects fetches a table's objects into the scratch folder. The engine itself has no network.
func (e *engine) downloadObjects(ctx context.Context, t *table) ([]string, error) {
	b, err := openBucket(t)
	if err != nil {
		return nil, err
	}
	defer b.close()
	keys, err := b.keys(ctx)
	if err != nil {
		return nil, err
	}
	var paths []string
	t.names = map[string]string{}
	left := e.downloadLimit()
	for i, key := range keys {
		object, err := b.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.Bucket, Key: &key})
		if err != nil {
			return nil, b.classify(ctx, err, key)
		}
		length := int64(-1)
		if object.ContentLength != nil {
			length = *object.ContentLength
		}
		saved, written, err := e.save(ctx, t, fmt.Sprintf("download-%d-%d%s", t.index, i, ending(key)), b.host, object.Body, length, left)
		object.Body.Close()
		if err != nil {
			return nil, err
		}
		left -= written
		t.names[saved] = b.Bucket + "/" + key
		paths = append(paths, saved)
	}
	return paths, nil
}

// openBucket makes a client from the plan and the mounted credentials alone: nothing comes from the environment.
func openBucket(t *table) (*bucket, error) {
	endpoint, err := url.Parse(t.S3.Endpoint)
	if err != nil || endpoint.Scheme != "https" && endpoint.Scheme != "http" || endpoint.Host == "" {
		return nil, source.Fail(plan.SourceUnreachable, err, "table %s: the endpoint must begin with https://, or http:// within the cluster", t.Name)
	}
	credentials, err := readCredentials(t)
	if err != nil {
		return nil, err
	}
	client, err := newClient(t.FileTable)
	if err != nil {
		return nil, err
	}
	// A request is signed for one host: what sends it elsewhere is not the store it was meant for.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &bucket{S3: t.S3, table: t, host: endpoint.Host, close: client.CloseIdleConnections, client: s3.New(s3.Options{
		BaseEndpoint: &t.S3.Endpoint,
		Region:       t.S3.Region,
		UsePathStyle: t.S3.PathStyle,
		Credentials:  aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return credentials, nil }),
		HTTPClient:   client,
		// Sums that a store sends are checked; many send none.
		ResponseChecksumValidation:                aws.ResponseChecksumValidationWhenSupported,
		DisableLogOutputChecksumValidationSkipped: true,
	})}, nil
}

func readCredentials(t *table) (aws.Credentials, error) {
	read := func(key string) (string, error) {
		content, err := os.ReadFile(filepath.Join(t.S3.CredentialsDir, key))
		return strings.TrimSpace(string(content)), err
	}
	var found aws.Credentials
	var err error
	for _, needed := range []struct {
		key  string
		into *string
	}{{"accessKeyID", &found.AccessKeyID}, {"secretAccessKey", &found.SecretAccessKey}} {
		if *needed.into, err = read(needed.key); err != nil || *needed.into == "" {
			return found, source.Fail(plan.SecretMissing, err, "table %s: the Secret for bucket %s has no key %q: create it", t.Name, t.S3.Bucket, needed.key)
		}
	}
	if found.SessionToken, err = read("sessionToken"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return found, source.Fail(plan.SecretMissing, err, "table %s: the Secret's key sessionToken for bucket %s cannot be read", t.Name, t.S3.Bucket)
	}
	return found, nil
}

// keys are the table's objects, in order. One key is taken as it is, so that it can be read without the right to list.
func (b *bucket) keys(ctx context.Context) ([]string, error) {
	const meta = `*?[\`
	first := strings.IndexAny(b.Key, meta)
	if first < 0 {
		return []string{b.Key}, nil
	}
	if _, err := path.Match(b.Key, ""); err != nil {
		return nil, source.Fail(plan.TableMissing, err, "table %s: %q is not a valid pattern", b.table.Name, b.Key)
	}
	list := &s3.ListObjectsV2Input{Bucket: &b.Bucket, Prefix: aws.String(b.Key[:first])}
	if !strings.Contains(b.Key[first:], "/") {
		list.Delimiter = aws.String("/") // folders below are not looked through
	}
	var keys []string
	listed := 0
	for pages := s3.NewListObjectsV2Paginator(b.client, list); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, b.classify(ctx, err, b.Key)
		}
		for _, object := range page.Contents {
			key := aws.ToString(object.Key)
			if matches, _ := path.Match(b.Key, key); matches && !strings.HasSuffix(key, "/") { // an empty object that stands for a folder
				keys = append(keys, key)
			}
		}
		if listed += len(page.Contents); listed > maxListed || len(keys) > maxObjects {
			return nil, source.Fail(plan.FileUnreadable, nil, "table %s: %s/%s looks through more than %d objects, or matches more than %d: give it a longer beginning, or write fewer and larger objects",
				b.table.Name, b.Bucket, b.Key, maxListed, maxObjects)
		}
	}
	if len(keys) == 0 {
		return nil, source.Fail(plan.TableMissing, fs.ErrNotExist, "table %s: no object of bucket %s matches %s", b.table.Name, b.Bucket, b.Key)
	}
	slices.Sort(keys)
	return keys, nil
}

// classifyUnsent tells why a request did not reach the store. A bucket that is no host is mostly one that belongs into
// the path.
func (b *bucket) classifyUnsent(ctx context.Context, err error) error {
	var (
		dns      *net.DNSError
		hostname x509.HostnameError
	)
	const hint = "check the bucket's name, and set pathStyle: true if this store takes buckets in the path"
	switch {
	case b.PathStyle:
	case errors.As(err, &dns):
		return source.Fail(plan.SourceUnreachable, err, "table %s: %s.%s is not found (%s): %s", b.table.Name, b.Bucket, b.host, dns.Err, hint)
	case errors.As(err, &hostname):
		return source.Fail(plan.TLSFailed, err, "table %s: the certificate of %s is not for %s: %s", b.table.Name, b.host, hostname.Host, hint)
	}
	return classifyHTTP(ctx, b.table.Name, b.host, err)
}

// classify reads the store's errors by their code, and by the answer's status where it says no more. The message of
// a store is not repeated: it may hold an access key.
func (b *bucket) classify(ctx context.Context, err error, key string) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	fail := func(reason plan.Reason, format string, args ...any) error {
		return source.Fail(reason, err, "table %s: %s: %s", b.table.Name, b.host, fmt.Sprintf(format, args...))
	}
	code, status := "", 0
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		code = api.ErrorCode()
	}
	if response, ok := errors.AsType[*smithyhttp.ResponseError](err); ok {
		status = response.HTTPStatusCode()
	}
	switch code {
	case "NoSuchBucket":
		return fail(plan.TableMissing, "there is no bucket %s", b.Bucket)
	case "NoSuchKey":
		return fail(plan.TableMissing, "there is no object %s in bucket %s", key, b.Bucket)
	case "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "ExpiredToken":
		return fail(plan.AuthenticationFailed, "the Secret's credentials are refused (%s)", code)
	case "RequestTimeTooSkewed":
		return fail(plan.AuthenticationFailed, "its clock and that of the node differ too much")
	case "AuthorizationHeaderMalformed", "PermanentRedirect", "IllegalLocationConstraintException":
		return fail(plan.SourceUnreachable, "bucket %s is not in region %s, or has another endpoint (%s)", b.Bucket, b.Region, code)
	case "InvalidObjectState":
		return fail(plan.FileUnreadable, "%s is archived and must be restored first", key)
	}
	switch status {
	case 0:
		if sent, ok := errors.AsType[*smithyhttp.RequestSendError](err); ok {
			err = sent.Err
		}
		return b.classifyUnsent(ctx, err)
	case http.StatusUnauthorized:
		return fail(plan.AuthenticationFailed, "the Secret's credentials are refused (401 %s)", code)
	case http.StatusForbidden:
		return fail(plan.PermissionDenied, "the credentials may not read %s in bucket %s (403 %s)", key, b.Bucket, code)
	case http.StatusNotFound:
		return fail(plan.TableMissing, "there is no %s in bucket %s (404 %s)", key, b.Bucket, code)
	default:
		return fail(plan.SourceUnreachable, "answered %d %s", status, code)
	}
}
