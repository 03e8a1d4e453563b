# Varnish 7 in front of feedsvc (`feedsvc serve` or gunicorn on port 8000), for very many readers. On
# Debian as /etc/varnish/default.vcl, and varnishd with -p http_gzip_support=off: the app compresses,
# and makes a tag for each encoding.

vcl 4.1;

import std;

backend feedsvc {
    .host = "127.0.0.1";
    .port = "8000";
    .connect_timeout = 5s;
    .first_byte_timeout = 60s;
    .between_bytes_timeout = 60s;
    .probe = {
        .url = "/healthz";
        .interval = 2s;
        .timeout = 2s;
        .window = 4;
        .threshold = 2;
        .initial = 2;
    }
}

sub vcl_recv {
    if (req.restarts == 0) {
        # Notes of this file, which no client may write.
        unset req.http.X-Feedsvc-Delta;
        unset req.http.X-Feedsvc-Old;
    } elseif (!req.http.X-Feedsvc-Old) {
        set req.http.A-IM = req.http.X-Feedsvc-Delta;
        return (pass);
    }
    if (req.method != "GET" && req.method != "HEAD" && req.method != "OPTIONS") {
        return (synth(405));
    }
    # For who watches the service, who asks the app itself.
    if (req.url ~ "^/metrics") {
        return (synth(403));
    }
    if (req.method == "OPTIONS" || req.url ~ "^/healthz") {
        return (pass);
    }

    # The query changes nothing but a search, so it may not fill the cache either.
    if (req.url !~ "^[^?]*/search/") {
        set req.url = regsub(req.url, "\?.*$", "");
    }
    unset req.http.Cookie;
    unset req.http.Authorization;

    # One copy for each encoding, and not one for each way to ask for it: this is the app's choice
    # where a client has no preference, and the app decides where it has one (q=).
    if (req.http.Accept-Encoding !~ ";") {
        if (req.http.Accept-Encoding ~ "(?i)\bbr\b") {
            set req.http.Accept-Encoding = "br";
        } elseif (req.http.Accept-Encoding ~ "(?i)\bzstd\b") {
            set req.http.Accept-Encoding = "zstd";
        } elseif (req.http.Accept-Encoding ~ "(?i)\bgzip\b") {
            set req.http.Accept-Encoding = "gzip";
        } else {
            unset req.http.Accept-Encoding;
        }
    }

    # Who asks for what is new only (A-IM: feed) mostly has the newest already: that is answered from
    # the copy for everybody, see vcl_deliver.
    if (req.http.If-None-Match && !req.http.X-Feedsvc-Old) {
        set req.http.X-Feedsvc-Delta = req.http.A-IM;
    }
    unset req.http.A-IM;

    # With the app away the last copy is sent, however old; else one that is too old is not.
    if (std.healthy(req.backend_hint) && !req.http.X-Feedsvc-Old) {
        set req.grace = 2s;
    } else {
        set req.grace = 7d;
    }
    return (hash);
}

# One site, by whatever name it is called.
sub vcl_hash {
    hash_data(req.url);
    return (lookup);
}

sub vcl_backend_response {
    if (bereq.uncacheable) {
        return (deliver);
    }
    if (beresp.status >= 500) {
        return (abandon);
    }
    # For how long the app says that its answer is fresh, is for readers. A copy that may change is
    # asked for again after two seconds, with its tag, which costs one 304: so new papers are here at
    # once, also for a hub that was told of them.
    if (beresp.ttl > 2s && beresp.ttl <= 300s) {
        set beresp.ttl = 2s;
    }
    set beresp.grace = 7d;
    set beresp.keep = 7d;
}

sub vcl_backend_error {
    if (!bereq.uncacheable) {
        return (abandon);
    }
}

# Begins again with whatever copy there is.
sub use_old {
    set req.http.X-Feedsvc-Old = "1";
    unset req.http.X-Feedsvc-Delta;
    return (restart);
}

sub vcl_deliver {
    # The client's version is older than ours: the app knows what is new since then.
    if (req.http.X-Feedsvc-Delta && req.restarts == 0 && resp.status == 200
        && !std.strstr(req.http.If-None-Match, resp.http.ETag)) {
        return (restart);
    }
    # It can't be asked: the copy does, too.
    if (req.http.X-Feedsvc-Delta && req.restarts == 1 && resp.status >= 500) {
        call use_old;
    }
    unset resp.http.X-Varnish;
    unset resp.http.Via;
}

sub vcl_synth {
    if (resp.status == 503 && !req.http.X-Feedsvc-Old) {
        call use_old;
    }
    set resp.http.Content-Type = "text/plain; charset=utf-8";
    set resp.http.Cache-Control = "no-store";
    set resp.http.Access-Control-Allow-Origin = "*";
    if (resp.status == 405) {
        set resp.http.Allow = "GET, HEAD, OPTIONS";
    }
    if (resp.status == 503) {
        set resp.http.Retry-After = "60";
    }
    synthetic(resp.reason + {"
"});
    return (deliver);
}
