import {
  AbstractSigner,
  type Provider,
  type Signer,
  type TransactionRequest,
  type TransactionResponse,
  type TypedDataDomain,
  type TypedDataField,
  Wallet,
} from "ethers";

/** A wallet that does something else before each gas estimate: what happens between offer and opening. */
export class HookedWallet extends Wallet {
  beforeEstimate: ((estimate: () => Promise<bigint>) => Promise<bigint>) | undefined;

  override estimateGas(transaction: TransactionRequest): Promise<bigint> {
    const estimate = () => super.estimateGas(transaction);
    return this.beforeEstimate?.(estimate) ?? estimate();
  }
}

/** A wallet in another program, as a browser's: it sends by itself, and may sign no typed data. */
export class RemoteSigner extends AbstractSigner {
  readonly #wallet: Signer;
  readonly #o: { typedData: boolean };
  afterSending: (() => void) | undefined;

  constructor(wallet: Signer, o: { typedData: boolean }) {
    super(wallet.provider);
    this.#wallet = wallet;
    this.#o = o;
  }

  getAddress(): Promise<string> {
    return this.#wallet.getAddress();
  }

  connect(provider: Provider | null): RemoteSigner {
    return new RemoteSigner(this.#wallet.connect(provider), this.#o);
  }

  signTransaction(): Promise<string> {
    throw new Error("a browser's wallet does not hand out signed transactions");
  }

  override async sendTransaction(transaction: TransactionRequest): Promise<TransactionResponse> {
    const sent = await this.#wallet.sendTransaction(transaction);
    this.afterSending?.();
    return sent;
  }

  signMessage(message: string | Uint8Array): Promise<string> {
    return this.#wallet.signMessage(message);
  }

  signTypedData(
    domain: TypedDataDomain,
    types: Record<string, TypedDataField[]>,
    value: Record<string, unknown>,
  ): Promise<string> {
    if (!this.#o.typedData) throw new Error("this wallet signs no typed data");
    return this.#wallet.signTypedData(domain, types, value);
  }
}
