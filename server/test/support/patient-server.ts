// Options of the HTTP servers of tests: a process that pauses for a moment would send its next request over a connection that is just being
// closed, after the five seconds of Node's default.
export const patient = { keepAliveTimeout: 60_000 }
