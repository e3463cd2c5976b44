// EIP-712 hashes from the standard's own definition; signed by the first account of the standard test mnemonic.
import { HDNodeWallet } from "ethers";
import { keccak, keccakText, word } from "./encoding.ts";

const market = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
const client = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const signer = HDNodeWallet.fromPhrase(
  "test test test test test test test test test test test junk",
);

const pieceType = "Piece(bytes32 root,uint64 size,uint80 rate,uint24 slashFactor,bytes contentCid)";
const offerType =
  "Offer(uint32 provider,address client,uint32 firstPeriod,uint16 periods,uint16 maxMisses,uint16 notice,bytes32 termsHash,uint64 expiry,uint256 nonce,Piece[] pieces)";
const quoteType =
  "Quote(bytes32 id,uint32 provider,address client,uint64 maxBytes,uint16 periods,uint256 pricePerTiBPeriod,uint16 maxMisses,uint16 notice,bytes32 termsHash,uint64 expires)";
const domainType =
  "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";

const contentCid = `0x01551220${keccakText("content").slice(2)}`;
const plain = {
  ...{ provider: 1, client, firstPeriod: 0, periods: 10, maxMisses: 1, notice: 0 },
  ...{ termsHash: word(0), expiry: 1_800_000_000, nonce: "0" },
  pieces: [{ root: root("a"), size: 1, rate: "1", slashFactor: 17, contentCid: "0x" }],
};
type Offer = typeof plain;

const cases: [name: string, chainId: number, offer: Offer][] = [
  ["one private piece", 31337, plain],
  [
    "one public piece",
    31337,
    {
      ...plain,
      nonce: "255",
      pieces: [{ root: root("b"), size: 1_048_832, rate: "1234567", slashFactor: 2, contentCid }],
    },
  ],
  [
    "three pieces",
    1,
    {
      ...plain,
      ...{ provider: 42, firstPeriod: 400, periods: 365, maxMisses: 10, notice: 30 },
      ...{ termsHash: keccakText("terms"), nonce: `${2n ** 200n}` },
      pieces: ["c", "d", "e"].map((name, i) => ({
        ...{ root: root(name), size: 10 ** (i + 5), rate: `${10n ** BigInt(i + 15)}` },
        ...{ slashFactor: 3 + i, contentCid: i === 1 ? contentCid : "0x" },
      })),
    },
  ],
  [
    "largest values",
    8453,
    {
      ...plain,
      ...{ provider: 2 ** 32 - 1, firstPeriod: 2 ** 32 - 1, periods: 511, maxMisses: 510 },
      ...{ notice: 511, expiry: 2 ** 53 - 1, nonce: `${2n ** 256n - 1n}` },
      pieces: [
        {
          ...{ root: `0x${"ff".repeat(31)}3f`, size: 2 ** 44 - 1, rate: `${2n ** 80n - 1n}` },
          ...{ slashFactor: 2 ** 24 - 1, contentCid: `0x${"ab".repeat(64)}` },
        },
      ],
    },
  ],
];

const quote = {
  ...{ id: keccakText("quote"), provider: 1, client, maxBytes: 2 ** 40, periods: 30 },
  ...{ pricePerTiBPeriod: "110000", maxMisses: 1, notice: 30, termsHash: word(0) },
  expires: 1_800_086_400,
};

export function offersVectors() {
  const offers = cases.map(([name, chainId, offer]) => ({
    ...{ name, chainId, market, offer },
    ...signed(chainId, offerHash(offer)),
  }));
  const chainId = 31337;
  const quotes = [{ chainId, market, quote, ...signed(chainId, quoteHash()) }];
  return { offers, quotes };
}

function signed(chainId: number, structHash: string) {
  const domain = keccak(
    ...[keccakText(domainType), keccakText("Holdfast"), keccakText("1")],
    ...[word(chainId), word(market)],
  );
  const digest = keccak("0x1901", domain, structHash);
  const signature = signer.signingKey.sign(digest).serialized;
  return { structHash, digest, signer: signer.address, signature };
}

function offerHash(offer: Offer): string {
  const { provider, firstPeriod, periods, maxMisses, notice, termsHash, expiry, nonce } = offer;
  const pieces = offer.pieces.map((piece) =>
    keccak(
      ...[keccakText(pieceType), piece.root, word(piece.size), word(piece.rate)],
      ...[word(piece.slashFactor), keccak(piece.contentCid)],
    ),
  );
  return keccak(
    keccakText(offerType + pieceType),
    ...[provider, offer.client, firstPeriod, periods, maxMisses, notice].map((v) => word(v)),
    ...[termsHash, word(expiry), word(nonce), keccak(...pieces)],
  );
}

function quoteHash(): string {
  const { id, provider, maxBytes, periods, pricePerTiBPeriod } = quote;
  const numbers = [provider, client, maxBytes, periods, pricePerTiBPeriod];
  return keccak(
    ...[keccakText(quoteType), id, ...numbers.map((value) => word(value))],
    ...[word(quote.maxMisses), word(quote.notice), quote.termsHash, word(quote.expires)],
  );
}

/** A root has the top two bits of its last byte cleared. */
function root(name: string): string {
  const hash = keccakText(name);
  const last = Number.parseInt(hash.slice(-2), 16) & 0x3f;
  return hash.slice(0, -2) + last.toString(16).padStart(2, "0");
}
