// How a site's server signs who a visitor is, in four languages and with nothing but what each brings along. Pure.

export const sampleLanguages = ['node', 'python', 'php', 'ruby'] as const
export type SampleLanguage = (typeof sampleLanguages)[number]

export const identitySamples: Record<SampleLanguage, string> = {
  node: `import { createHmac } from 'node:crypto'

const secret = process.env.PARLEY_IDENTITY_SECRET

export function signVisitor({ id, name, email }) {
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const exp = Math.floor(Date.now() / 1000) + 3600
  const unsigned = encode({ alg: 'HS256', typ: 'JWT' }) + '.' + encode({ sub: id, name, email, exp })
  return unsigned + '.' + createHmac('sha256', secret).update(unsigned).digest('base64url')
}
`,
  python: `import base64, hashlib, hmac, json, os, time

SECRET = os.environ["PARLEY_IDENTITY_SECRET"].encode()


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sign_visitor(user):
    claims = {"sub": user["id"], "name": user["name"], "email": user["email"], "exp": int(time.time()) + 3600}
    parts = [{"alg": "HS256", "typ": "JWT"}, claims]
    unsigned = ".".join(encode(json.dumps(part).encode()) for part in parts)
    return unsigned + "." + encode(hmac.new(SECRET, unsigned.encode(), hashlib.sha256).digest())
`,
  php: `<?php
function encode(string $bytes): string
{
    return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
}

function sign_visitor(array $user): string
{
    $claims = ['sub' => $user['id'], 'name' => $user['name'], 'email' => $user['email'], 'exp' => time() + 3600];
    $unsigned = encode('{"alg":"HS256","typ":"JWT"}') . '.' . encode(json_encode($claims));
    return $unsigned . '.' . encode(hash_hmac('sha256', $unsigned, getenv('PARLEY_IDENTITY_SECRET'), true));
}
`,
  ruby: `require "json"
require "openssl"

def encode(bytes)
  [bytes].pack("m0").tr("+/", "-_").delete("=")
end

def sign_visitor(user)
  claims = { sub: user[:id], name: user[:name], email: user[:email], exp: Time.now.to_i + 3600 }
  unsigned = encode({ alg: "HS256", typ: "JWT" }.to_json) + "." + encode(claims.to_json)
  unsigned + "." + encode(OpenSSL::HMAC.digest("SHA256", ENV.fetch("PARLEY_IDENTITY_SECRET"), unsigned))
end
`,
}

/** On the page, with the token that the server has written into it. */
export const identityOnPage = `<script>
  Parley = window.Parley || []
  Parley.push(['identify', { token: 'THE TOKEN' }])
</script>
`
