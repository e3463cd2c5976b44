/** Where a scratch project keeps the library `Probe`, which rewritten sources call. */
export const probePath = "contracts/Probe.sol";

/** EDR's coverage hook reports calls to this address. */
const COLLECTOR = "0xc0bEc0BEc0BeC0bEC0beC0bEC0bEC0beC0beC0BE";
/** The switch: a block's coinbase is this address plus the number of the active mutant; 0 records. */
const SWITCH = 0x4d7574616e74_0000000000000000n;

/** The coinbase under which mutant `id` is active; with id 0 none is, and those that are reached are reported. */
export function coinbase(id: number): string {
  return `0x${(SWITCH + BigInt(id)).toString(16).padStart(40, "0")}`;
}

/** No mutant has this number: nothing is broken and nothing is reported. */
export const NONE = 2 ** 40;

/** Reads the hook's tags: 32 bytes each, the number that was given to `Probe.hit`. */
export function hitsOf(tags: readonly string[]): number[] {
  return tags.map((tag) => Number(BigInt(`0x${tag}`)));
}

/**
 * The library itself. The coinbase costs 2 gas, can be set for every kind of test, and is unknown to the optimizer. The
 * functions pretend to be pure, since they stand in pure functions too.
 */
export const probeSource = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

library Probe {
    function active(uint256 id) internal pure returns (bool) {
        return _pureSwitch(_active)(id);
    }

    function branch(uint256 id, bool taken) internal pure returns (bool) {
        hit(2 * id + (taken ? 1 : 0));
        return taken;
    }

    function hit(uint256 id) internal pure {
        _pureHit(_hit)(id);
    }

    function _active(uint256 id) private view returns (bool) {
        uint256 active_ = uint160(address(block.coinbase)) ^ ${SWITCH};
        if (active_ == 0) _hit(id);
        return active_ == id;
    }

    function _hit(uint256 id) private view {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, id)
            pop(staticcall(gas(), ${COLLECTOR}, free, 32, 0, 0))
        }
    }

    function _pureSwitch(function(uint256) view returns (bool) f)
        private
        pure
        returns (function(uint256) pure returns (bool) g)
    {
        assembly {
            g := f
        }
    }

    function _pureHit(function(uint256) view f) private pure returns (function(uint256) pure g) {
        assembly {
            g := f
        }
    }
}
`;
