import { FetchRequest, JsonRpcProvider, Network } from "ethers";
import { type Deployment, loadDeployment } from "holdfast/market";
import { ConfigError } from "../config.ts";

const TIMEOUT_MS = 10_000;

export type Connection = { readonly rpc: JsonRpcProvider; readonly deployment: Deployment };

/** Connects to a node and reads the market's parameters from it. */
export async function connectChain(url: string, marketAddress: string): Promise<Connection> {
  const request = new FetchRequest(url);
  request.timeout = TIMEOUT_MS;
  const network = Network.from(await chainId(url));
  // Answers are never cached: what a poll reads must be of this moment.
  const rpc = new JsonRpcProvider(request, network, { staticNetwork: network, cacheTimeout: -1 });
  try {
    return { rpc, deployment: await loadDeployment(rpc, marketAddress) };
  } catch (error) {
    rpc.destroy();
    throw error;
  }
}

/** Asked for by hand: ethers would retry for ever in silence when nothing answers at `url`. */
async function chainId(url: string): Promise<bigint> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] });
  const headers = { "Content-Type": "application/json" };
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(url, { method: "POST", headers, body, signal });
    const { result } = (await response.json()) as { result?: unknown };
    if (typeof result === "string") return BigInt(result);
    throw new Error(`HTTP ${response.status} without a chain id`);
  } catch (cause) {
    throw new ConfigError(
      `No chain answers at ${url}.`,
      'Start the node, or correct "rpc".',
      cause,
    );
  }
}
