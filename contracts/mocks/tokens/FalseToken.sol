// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MintableToken} from "./MintableToken.sol";

/// @title FalseToken
/// @notice Once it fails, it says so by returning false and moves nothing, in place of reverting.
contract FalseToken is MintableToken {
    bool private fails;

    function fail() external {
        fails = true;
    }

    function transfer(address to, uint256 value) public override returns (bool) {
        return !fails && super.transfer(to, value);
    }

    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        return !fails && super.transferFrom(from, to, value);
    }
}
