// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MintableToken} from "./MintableToken.sol";

/// @title DecimalsToken
/// @notice Has as many decimals as wanted.
contract DecimalsToken is MintableToken {
    uint8 private places = 18;

    function setDecimals(uint8 value) external {
        places = value;
    }

    function decimals() public view override returns (uint8) {
        return places;
    }
}
