using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    ( name = "main", worker = .program ),
    ( name = "internet", network = ( allow = ["public", "private"] ) ),
  ],
);

const program :Workerd.Worker = (
  compatibilityDate = "2026-01-01",
  compatibilityFlags = ["nodejs_compat"],
  bindings = [ ( name = "PARLEY_PEER", fromEnvironment = "PARLEY_PEER" ) ],
  modules = [
    ( name = "worker.js", esModule = embed "worker.js" ),
    ( name = "use.js", esModule = embed "use.js" ),
    ( name = "@parley/sdk", esModule = embed "node_modules/@parley/sdk/index.js" ),
    ( name = "@parley/operations.js", esModule = embed "node_modules/@parley/sdk/operations.js" ),
    ( name = "@parley/sdk/webhooks", esModule = embed "node_modules/@parley/sdk/webhooks.js" ),
  ],
);
