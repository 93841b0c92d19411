// The one error of outgoing requests: what went wrong, and whether a server may have acted on the request.

export type OutboundErrorKind =
  /** The address is no http or https URL, or carries a user name or password. */
  | 'invalid_url'
  /** A header or the method cannot be sent. */
  | 'invalid_request'
  /** The host is, or resolves to, an address that is not public. */
  | 'refused_address'
  /** A redirect from https to http. */
  | 'refused_redirect'
  | 'too_many_redirects'
  | 'dns'
  /** No connection, no trust in its certificate, or it broke. */
  | 'connection'
  /** What came back does not begin as HTTP, or its headers are too large. */
  | 'invalid_response'
  | 'timeout'
  | 'aborted'

/**
 * Its message may be shown to whoever configured the request: it holds a host name and an error code at most, never a header,
 * a body, a path, a query or what a name resolved to. There is no `cause`, since a driver's message tells the address.
 */
export class OutboundError extends Error {
  readonly kind: OutboundErrorKind
  /** Whether the request may have reached a server, in any hop; if not, it can be repeated without harm. */
  readonly sent: boolean

  constructor(kind: OutboundErrorKind, message: string, sent = false) {
    super(message)
    this.name = 'OutboundError'
    this.kind = kind
    this.sent = sent
  }
}
