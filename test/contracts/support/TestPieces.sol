// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Pieces of four leaves, made up from a number.
library TestPieces {
    function root(uint256 piece) internal pure returns (bytes32) {
        return _node(_pair(piece, 0), _pair(piece, 1));
    }

    /// @notice Leaf `i` and its siblings upward.
    function path(uint256 piece, uint256 i) internal pure returns (bytes memory) {
        return abi.encodePacked(_leaf(piece, i), _leaf(piece, i ^ 1), _pair(piece, (i >> 1) ^ 1));
    }

    function _leaf(uint256 piece, uint256 i) private pure returns (bytes32) {
        return _node(bytes32(piece), bytes32(i));
    }

    function _pair(uint256 piece, uint256 i) private pure returns (bytes32) {
        return _node(_leaf(piece, 2 * i), _leaf(piece, 2 * i + 1));
    }

    function _node(bytes32 left, bytes32 right) private pure returns (bytes32) {
        return sha256(abi.encodePacked(left, right)) & ~bytes32(uint256(0xc0));
    }
}
