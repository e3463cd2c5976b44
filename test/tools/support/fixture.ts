import { Contract, ContractFactory, FunctionFragment, type InterfaceAbi } from "ethers";
import { network } from "hardhat";
import solc from "solc";
import { coinbase, probePath, probeSource } from "../../../scripts/lib/probe.ts";
import { parse, type SourceFile } from "../../../scripts/lib/solidity-ast.ts";

/** Functions of two numbers that say what they computed; each stands for one kind of source. */
const source = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

contract Fixture {
    uint256 internal constant LIMIT = 7;
    uint256 public total;
    bool private entered;

    event Counted(uint256 total);
    error TooLarge(uint256 value);

    modifier once() {
        require(!entered, TooLarge(0));
        entered = true;
        _;
        entered = false;
    }

    function relation(uint256 a, uint256 b) external pure returns (bool) { return a < b; }
    function equality(uint256 a, uint256 b) external pure returns (bool) { return a == b; }
    function arithmetic(uint256 a, uint256 b) external pure returns (uint256) { return (a + b) * (a % b); }
    function bits(uint256 a, uint256 b) external pure returns (uint256) { return (a & b) << 1; }
    function wide(uint256 a, uint256) external pure returns (uint256) { return 1 << a; }
    function logic(uint256 a, uint256 b) external pure returns (bool) { return a != 1 && b != 1; }
    function chosen(uint256 a, uint256 b) external pure returns (uint256) { return a > b ? a : 0; }
    function constants(uint256 a, uint256) external pure returns (bool) { return a > LIMIT; }

    function guarded(uint256 a, uint256 b) external pure returns (uint256 result) {
        require(a != 3, TooLarge(a));
        if (b == 3) revert TooLarge(b);
        for (uint256 i = 0; i < a; ++i) result += b;
    }

    function counted(uint256 a, uint256 b) external once returns (uint256) {
        total += a + b;
        emit Counted(total);
        return total;
    }

    function nested(uint256 a, uint256 b) external once returns (uint256) {
        return this.counted(a, b);
    }
}
`;

/** Makes many calls in one, each of which may revert. */
const observer = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

contract Observer {
    function callAll(address to, bytes[] calldata calls) external returns (bytes[] memory results) {
        results = new bytes[](calls.length);
        for (uint256 i = 0; i < calls.length; ++i) (, results[i]) = to.call{gas: 200_000}(calls[i]);
    }
}
`;

const path = "contracts/Fixture.sol";
const observerPath = "contracts/Observer.sol";
const inputs = [0, 1, 2, 3, 6, 7, 8, 9].flatMap((a) => [0, 1, 2, 3, 5].map((b) => [a, b] as const));

export function fixture(): SourceFile {
  const [file] = parse(new Map([[path, source]]));
  if (!file) throw new Error("the fixture has no tree");
  return file;
}

export const probe = new Map([[probePath, probeSource]]);

const { ethers } = await network.create();

/** Deploys the fixture as it stands in `sources`; what it does for all inputs can then be asked, with a mutant on. */
export async function deployFixture(
  sources: ReadonlyMap<string, string> = new Map([[path, source]]),
): Promise<(mutant: number) => Promise<readonly string[]>> {
  const output = compile(new Map([...sources, ...probe, [observerPath, observer]]));
  const contract = await deploy(output, path, "Fixture");
  const all = await deploy(output, observerPath, "Observer");
  return (mutant) => observe(contract, all, mutant);
}

async function observe(
  contract: Contract,
  all: Contract,
  mutant: number,
): Promise<readonly string[]> {
  // What one mutant leaves behind is nothing to the next.
  const snapshot = await ethers.provider.send("evm_snapshot", []);
  await ethers.provider.send("hardhat_setCoinbase", [coinbase(mutant)]);
  await ethers.provider.send("hardhat_mine", ["0x1"]);
  const calls = functionsOf(contract).flatMap((name) =>
    inputs.map((args) => contract.interface.encodeFunctionData(name, args)),
  );
  const results: string[] = await all.getFunction("callAll").staticCall(contract, calls);
  const left = await transact(contract);
  await ethers.provider.send("evm_revert", [snapshot]);
  return [...calls.map((call, i) => `${call}: ${results[i]}`), left];
}

/** Those that take two numbers. */
function functionsOf({ interface: { fragments } }: Contract): string[] {
  return fragments
    .filter((fragment) => FunctionFragment.isFragment(fragment) && fragment.inputs.length === 2)
    .map((fragment) => fragment.format());
}

/** Two transactions and what they leave behind: their events, and the total. */
async function transact(contract: Contract): Promise<string> {
  const ends: string[] = [];
  for (const a of [5, 6]) {
    try {
      const sent = await contract.getFunction("counted").send(a, 0);
      ends.push(`${(await sent.wait())?.logs.length} events`);
    } catch {
      ends.push("reverts");
    }
  }
  return `${ends}, ${await contract.getFunction("total").staticCall()} in total`;
}

interface Compiled {
  readonly abi: InterfaceAbi;
  readonly evm: { readonly bytecode: { readonly object: string } };
}

interface Output {
  readonly errors?: readonly unknown[];
  readonly contracts?: Readonly<Record<string, Readonly<Record<string, Compiled>>>>;
}

async function deploy(output: Output, file: string, name: string): Promise<Contract> {
  const compiled = output.contracts?.[file]?.[name];
  if (!compiled) throw new Error(JSON.stringify(output.errors));
  const [signer] = await ethers.getSigners();
  const { abi, evm } = compiled;
  const deployed = await new ContractFactory(abi, `0x${evm.bytecode.object}`, signer).deploy();
  return new Contract(await deployed.getAddress(), abi, signer);
}

function compile(sources: ReadonlyMap<string, string>): Output {
  const input = {
    language: "Solidity",
    sources: Object.fromEntries([...sources].map(([name, content]) => [name, { content }])),
    settings: {
      evmVersion: "cancun",
      outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } },
    },
  };
  return JSON.parse(solc.compile(JSON.stringify(input)));
}
