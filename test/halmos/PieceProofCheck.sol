// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;
// A require says here what is assumed.
// solhint-disable gas-custom-errors

import {PieceProof} from "../../contracts/libraries/PieceProof.sol";

/// @notice The shape of the tree over a piece. Halmos 0.3.3 has no SHA-256 of symbolic data, so that the order in which a path is
/// hashed is left to the tests with foreign vectors.
contract PieceProofCheck {
    /// @notice For every size up to 4,096, one by one: the data of `size` bytes, 8 bits each, fills leaves of 254 bits.
    function check_LeavesAreTheLeastThatHoldTheData() external pure {
        for (uint256 size = 1; size <= 4_096; ++size) {
            uint256 leaves = PieceProof.leavesOf(size);
            assert(leaves * 254 >= size * 8 && (leaves - 1) * 254 < size * 8);
        }
    }

    /// @notice For every number of leaves below 2^40.
    function check_HeightIsTheLeastThatHoldsTheLeaves(uint40 leaves) external pure {
        require(leaves != 0);
        uint256 height = PieceProof.heightOf(leaves);
        assert(height >= 2 && height <= 40);
        assert(leaves <= uint256(1) << height);
        assert(height == 2 || leaves > uint256(1) << (height - 1));
    }

    function check_PathHasTheLeafAndASiblingForEachLevel(uint8 height) external pure {
        assert(PieceProof.lengthOf(height) == 32 + 32 * uint256(height));
    }

    /// @notice For every leaf: the root of a path of no levels is the leaf, whatever the index.
    function check_RootOfALeafAloneIsTheLeaf(bytes32 node, uint256 leaf) external view {
        assert(this.rootOf(abi.encodePacked(node), leaf) == node);
    }

    function rootOf(bytes calldata path, uint256 leaf) external view returns (bytes32) {
        return PieceProof.rootOf(path, leaf);
    }
}
