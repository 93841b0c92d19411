// The error of outgoing requests: what went wrong, and whether a server can have acted on the request.

export type OutboundErrorKind =
  /** The address is not an http or https URL, or contains a user name or password. */
  | 'invalid_url'
  /** A header or the method is invalid. */
  | 'invalid_request'
  /** The host is, or resolves to, an address that is not public. */
  | 'refused_address'
  /** A redirect from https to http. */
  | 'refused_redirect'
  | 'too_many_redirects'
  | 'dns'
  /** The connection failed, its certificate is not trusted, or it broke. */
  | 'connection'
  /** The response is not valid HTTP, or its headers are too large. */
  | 'invalid_response'
  /** A streamed body is longer than the request allows. */
  | 'response_too_large'
  | 'timeout'
  | 'aborted'

/**
 * The message can be shown to the author of the request: it contains at most a host name and an error code, never headers,
 * bodies, paths, queries or resolved addresses. There is no `cause`, because the message of a driver reveals the address.
 */
export class OutboundError extends Error {
  readonly kind: OutboundErrorKind
  /** Whether the request can have reached a server in any hop. If not, it is safe to retry. */
  readonly sent: boolean

  constructor(kind: OutboundErrorKind, message: string, sent = false) {
    super(message)
    this.name = 'OutboundError'
    this.kind = kind
    this.sent = sent
  }
}
