// The checks of the public conformance suite that a server of operations cannot pass, and why. Every other one has to pass.

const words = (text: string) => text.trim().split(/\s+/)

/** By reason; the suite was written for servers that have what its scenarios name. */
export const expected: Readonly<Record<string, readonly string[]>> = {
  'calls tools that the suite names, such as `test_image_content`': words(`
    tools-call-image tools-call-audio tools-call-embedded-resource tools-call-mixed-content tools-call-with-progress tools-call-with-logging
    tools-call-sampling tools-call-elicitation elicitation-sep1034-general elicitation-sep1330-general json-schema-2020-12-tool-found
    sep-2575-server-rejects-undeclared-capability sep-2575-missing-capability-http-400
    sep-2322-elicitation-incomplete sep-2322-list-roots-incomplete sep-2322-sampling-incomplete sep-2322-respect-client-capabilities
    sep-2322-multi-round-r1 sep-2322-multiple-inputs-incomplete sep-2322-request-state-incomplete sep-2322-result-type-included
    sep-2322-reject-tampered-state
    sep-2243-server-no-xmcp-tool sep-2243-server-decode-base64 sep-2243-server-validate-param-match
    sep-2243-server-reject-invalid-param-chars sep-2243-server-reject-param-mismatch`),
  'reads resources that the suite names, such as `test://static-text`': words(`
    resources-read-text resources-read-binary resources-templates-read`),
  'asks for prompts, which are not offered': words(`
    prompts-list prompts-get-simple prompts-get-with-args prompts-get-embedded-resource prompts-get-with-image
    sep-2549-prompts-list-caching-hints sep-2322-non-tool-incomplete`),
  'asks for what is not offered and not announced: completions, levels of a log, subscriptions': words(`
    completion-complete logging-set-level resources-subscribe resources-unsubscribe`),
  'asks for tasks, an extension': words(`
    tasks-extension-advertised sep-2663-tasks-methods-non-declaring tasks-per-request-meta-opt-in tasks-server-directed-creation-no-hint
    sep-2663-durable-create-strong-consistency sep-2663-tasks-get-invalid-task-id-32602 sep-2663-result-type-task-on-create
    sep-2663-tasks-get-status-working sep-2663-tasks-get-status-completed sep-2663-tool-error-uses-completed-status
    sep-2663-tasks-get-status-failed sep-2663-cancel-ack-empty-result tasks-cancel-terminal-idempotent-ack
    sep-2663-mrtr-synchronous-before-task-creation sep-2663-tasks-get-status-input-required tasks-mrtr-tasks-update-resumes
    tasks-mrtr-partial-fulfillment tasks-headers-tolerate-mcp-method-on-tools-call sep-2663-routing-headers-accepted-on-tasks-get
    sep-2663-server-rejects-mismatched-mcp-name-on-tasks-get tasks-request-state-removal-setup
    sep-2663-server-returns-missing-capability-when-required tasks-wire-field-renames tasks-no-early-ttl-expiry
    tasks-no-related-task-meta-on-inlined-result`),
}
