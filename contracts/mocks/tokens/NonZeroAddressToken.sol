// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MintableToken} from "./MintableToken.sol";

/// @title NonZeroAddressToken
/// @notice Refuses the zero address everywhere, even to tell its balance.
contract NonZeroAddressToken is MintableToken {
    error AddressZero();

    function balanceOf(address account) public view override returns (uint256) {
        require(account != address(0), AddressZero());
        return super.balanceOf(account);
    }

    function transfer(address to, uint256 value) public override returns (bool) {
        require(to != address(0), AddressZero());
        return super.transfer(to, value);
    }
}
