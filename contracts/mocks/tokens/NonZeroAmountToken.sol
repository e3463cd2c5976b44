// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MintableToken} from "./MintableToken.sol";

/// @title NonZeroAmountToken
/// @notice Refuses to move nothing.
contract NonZeroAmountToken is MintableToken {
    error AmountZero();

    function _update(address from, address to, uint256 value) internal override {
        require(value != 0, AmountZero());
        super._update(from, to, value);
    }
}
