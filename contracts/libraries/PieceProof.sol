// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title PieceProof
/// @notice Inclusion of a leaf in a piece: Filecoin's piece commitment (FRC-0069). The raw bytes are fr32-padded (127 bytes
/// become 128) and hashed as a binary tree of 32-byte leaves with SHA-256, the top two bits of each node's last byte
/// cleared.
/// @dev Leaves and inner nodes are not told apart by the hash, so a path must have exactly the height that follows from
/// the stored size, and the leaf must be one that holds data.
library PieceProof {
    uint256 private constant NODE = 32;

    /// @notice Number of leaves that hold data of a piece of `size` raw bytes.
    function leavesOf(uint256 size) internal pure returns (uint256) {
        return Math.ceilDiv(size * 4, 127);
    }

    /// @notice Height of the tree over `leaves` leaves; the least piece is 127 raw bytes, four leaves.
    function heightOf(uint256 leaves) internal pure returns (uint256) {
        return leaves <= 4 ? 2 : Math.log2(leaves, Math.Rounding.Ceil);
    }

    /// @notice Bytes of a path: the leaf and one sibling for each level.
    function lengthOf(uint256 height) internal pure returns (uint256) {
        return NODE * (height + 1);
    }

    /// @notice Root that follows from `path` (leaf, then siblings upward) with the leaf at index `leaf`.
    /// @dev In assembly, since the scratch space serves all levels: 26 levels cost 8.8k gas, against 16.5k for
    /// `sha256(abi.encodePacked(left, right))`.
    function rootOf(bytes calldata path, uint256 leaf) internal view returns (bytes32 node) {
        assembly ("memory-safe") {
            let next := path.offset
            let end := add(next, path.length)
            node := calldataload(next)
            for {
                next := add(next, NODE)
            } lt(next, end) {
                next := add(next, NODE)
            } {
                // An even index is a left child: its node goes first.
                let side := shl(5, and(leaf, 1))
                mstore(side, node)
                mstore(xor(side, NODE), calldataload(next))
                // The SHA-256 precompile fails only when out of gas.
                if iszero(staticcall(gas(), 2, 0, 0x40, 0, NODE)) {
                    revert(0, 0)
                }
                node := and(mload(0), not(0xc0))
                leaf := shr(1, leaf)
            }
        }
    }
}
